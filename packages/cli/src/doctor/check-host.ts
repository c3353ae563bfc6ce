/** The kernel of the machine that doctor runs on: what Redis and many sockets need of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, finding } from '@switchboard/bus';

const somaxconnMin = 1024;

/** @param root where the host's /proc and /sys are, `/` but in a container */
export async function checkHost(root: string): Promise<Finding[]> {
  const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined);
  const pages = await read('sys/kernel/mm/transparent_hugepage/enabled');
  const overcommit = await read('proc/sys/vm/overcommit_memory');
  const backlog = await read('proc/sys/net/core/somaxconn');
  return [
    judge('transparent-hugepages', /\[(\w+)\]/u.exec(pages ?? '')?.[1], {
      isWell: (value) => value !== 'always',
      change:
        'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: forks of Redis stall otherwise.',
    }),
    judge('overcommit-memory', overcommit?.trim(), {
      isWell: (value) => value === '1',
      change:
        'sysctl vm.overcommit_memory=1 where Redis runs: a rewrite of its file fails otherwise.',
    }),
    judge('somaxconn', backlog?.trim(), {
      isWell: (value) => Number(value) >= somaxconnMin,
      change: 'sysctl net.core.somaxconn=4096: all clients of a dead edge come back at once.',
    }),
  ];
}

interface Rule {
  readonly isWell: (value: string) => boolean;
  readonly change: string;
}

function judge(id: string, value: string | undefined, { isWell, change }: Rule): Finding {
  if (value === undefined) return finding(id, ['skip', 'not visible here', change]);
  return finding(id, [isWell(value) ? 'ok' : 'warn', `${id} ${value}`, change]);
}
