/**
 * A client of another language: a program that reads what it shall do from stdin and writes what it
 * tells to stdout, one JSON array in a line each. README.md has the lines.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CreateSubject, Reports } from './subject.ts';

function tell(reports: Reports, what: keyof Reports, [first = '', second = '']: string[]): void {
  reports[what](first, second);
}

/** @param command the program and its arguments */
export function processSubject([program, ...args]: readonly [string, ...string[]]): CreateSubject {
  return (reports) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const say = (...line: readonly unknown[]) => child.stdin.write(`${JSON.stringify(line)}\n`);
    // A program that has ended tells nothing any more: the case says what it misses.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => process.stderr.write(`${program}: ${error.message}\n`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [what, ...values] = JSON.parse(line) as [keyof Reports, ...string[]];
      if (what === 'token') say('token', reports.token());
      else tell(reports, what, values);
    });
    return {
      connect: ({ url, chatId }) => say('connect', url, chatId),
      openDesk: (url) => say('desk', url),
      send: (clientMessageId, text) => say('send', clientMessageId, text),
      close: () => {
        say('close');
        child.stdin.end();
        child.kill();
      },
    };
  };
}
