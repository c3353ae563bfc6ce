/** The rules of a scripted backend. */
import type { Answer, HookCall, Rule } from './contract.ts';

export interface Script {
  add(rule: Rule): () => void;
  answerFor(call: HookCall): Answer | undefined;
}

export const createScript = (): Script => {
  const rules: (Rule & { left: number })[] = [];
  const fits = ({ hook, chatId, left }: (typeof rules)[number], call: HookCall) =>
    left > 0 &&
    (hook === undefined || hook === call.hook) &&
    (chatId === undefined || call.chatIds.includes(chatId));
  return {
    add: (rule) => {
      const own = { ...rule, left: rule.times ?? Infinity };
      rules.unshift(own);
      return () => void (own.left = 0);
    },
    answerFor: (call) => {
      for (const rule of rules) {
        if (!fits(rule, call)) continue;
        const answer = typeof rule.answer === 'function' ? rule.answer(call) : rule.answer;
        if (answer === undefined) continue;
        rule.left -= 1;
        return answer;
      }
      return undefined;
    },
  };
};
