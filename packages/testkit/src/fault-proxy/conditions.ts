/** The conditions that are imposed now, and what they come to for one connection. */
import type { Condition, Link, Which } from './contract.ts';

/** The worst of what is imposed. */
export interface Weather {
  readonly delayMs: number;
  readonly bytesPerS: number;
  readonly isHeld: boolean;
  readonly discardShare: number;
  readonly isRefused: boolean;
}

export interface Conditions {
  impose(condition: Condition, which: Which): () => void;
  clear(): void;
  of(link: Link): Weather;
}

export const createConditions = (onChange: () => void): Conditions => {
  const imposed = new Set<{ condition: Condition; which: Which }>();
  return {
    impose: (condition, which) => {
      const one = { condition, which };
      imposed.add(one);
      onChange();
      return () => {
        if (imposed.delete(one)) onChange();
      };
    },
    clear: () => {
      imposed.clear();
      onChange();
    },
    of: (link) => {
      let weather = fair;
      for (const { condition, which } of imposed) {
        if (which(link)) weather = worse(weather, condition);
      }
      return weather;
    },
  };
};

const fair: Weather = {
  delayMs: 0,
  bytesPerS: Infinity,
  isHeld: false,
  discardShare: 0,
  isRefused: false,
};

const worse = (weather: Weather, condition: Condition): Weather => {
  switch (condition.kind) {
    case 'delay':
      return { ...weather, delayMs: Math.max(weather.delayMs, condition.ms) };
    case 'throttle':
      return { ...weather, bytesPerS: Math.min(weather.bytesPerS, condition.bytesPerS) };
    case 'black-hole':
      return { ...weather, isHeld: true };
    case 'discard':
      return { ...weather, discardShare: Math.max(weather.discardShare, condition.share) };
    case 'refuse':
      return { ...weather, isRefused: true };
  }
};
