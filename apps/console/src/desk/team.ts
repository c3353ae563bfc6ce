/** The operators: who is online, and what the backend says of each. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Operator, User } from '@switchboard/client';
import type { DeskSource } from './desk-source.ts';

export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly isOnline: boolean;
  readonly status: string | undefined;
}

export type Team = ReadonlySignal<readonly Colleague[]>;

/** Online ones first, then by name. */
export function watchTeam(desk: DeskSource): Team {
  const online = new Map<string, User>();
  const told = new Map<string, Operator>();
  const team = signal<readonly Colleague[]>([]);
  const show = () => {
    const ids = new Set([...online.keys(), ...told.keys()]);
    team.value = [...ids].map((id) => colleague(id, online.get(id), told.get(id))).toSorted(order);
  };
  const enter = (user: User | undefined) => {
    if (user !== undefined) online.set(user.id, user);
  };
  desk.on('connected', ({ operators, user }) => {
    online.clear();
    for (const operator of operators ?? []) enter(operator);
    enter(user);
    show();
  });
  desk.on('operatorConnected', ({ operator_user }) => {
    enter(operator_user);
    show();
  });
  desk.on('operatorDisconnected', ({ operator_user }) => {
    online.delete(operator_user.id);
    show();
  });
  desk.on('operatorUpdated', ({ operator }) => {
    told.set(operator.id, { ...told.get(operator.id), ...operator });
    show();
  });
  return team;
}

const colleague = (
  id: string,
  user: User | undefined,
  operator: Operator | undefined,
): Colleague => ({
  id,
  name: operator?.name ?? user?.name ?? id,
  isOnline: user !== undefined,
  status: operator?.status ?? undefined,
});

const order = (one: Colleague, other: Colleague): number =>
  Number(other.isOnline) - Number(one.isOnline) || one.name.localeCompare(other.name);
