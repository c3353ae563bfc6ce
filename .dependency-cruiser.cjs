/**
 * Imports point one way and never cycle, types included:
 * protocol ← bus ← { edge, ingress }; runtime is a leaf, runtime ← hooks ← { edge, ingress }; testkit serves tests, the bench and the launcher.
 */
const tests = String.raw`\.test\.ts$`;
const ours = '^(apps|packages|infra|examples)/';

const only = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: from },
  to: { path: to },
});

/** A package that imports nothing of ours but what `except` names. */
const knowsOnly = (name, comment, { from, except }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { path: ours, pathNot: except },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle is one module in several files: split it by who needs what.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that cannot be found, or a package missing from package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    knowsOnly('protocol-is-first', 'protocol imports nobody of ours.', {
      from: '^packages/protocol/',
      except: '^packages/protocol/',
    }),
    knowsOnly('runtime-is-a-leaf', 'runtime imports nobody of ours.', {
      from: '^packages/runtime/',
      except: '^packages/runtime/',
    }),
    knowsOnly('hooks-know-runtime-only', 'hooks imports runtime and nobody else.', {
      from: '^packages/hooks/',
      except: '^packages/(hooks|runtime)/',
    }),
    knowsOnly('bus-knows-protocol-only', 'bus imports protocol and nobody else.', {
      from: '^packages/bus/',
      except: '^packages/(bus|protocol)/',
    }),
    knowsOnly('client-knows-nobody', 'What is published of client needs nothing else.', {
      from: '^packages/client/src/(?!test/)',
      except: '^packages/client/',
    }),
    knowsOnly('cli-knows-protocol-and-bus', 'cli imports protocol and bus and nobody else.', {
      from: '^packages/cli/src/(?!test/)',
      except: '^packages/(cli|bus|protocol)/',
    }),
    knowsOnly('console-knows-client', 'console is a customer of the client, and of nobody else.', {
      from: '^apps/console/',
      except: '^(apps/console|packages/client)/',
    }),
    knowsOnly('testkit-stays-outside', 'testkit drives processes from the outside.', {
      from: '^packages/testkit/',
      except: '^packages/(testkit|protocol)/',
    }),
    {
      name: 'nobody-imports-an-app',
      comment: 'An app is a composition; what others need belongs into a package.',
      severity: 'error',
      from: { path: '^(apps|packages|infra|examples)/([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^$1/$2/' },
    },
    only('nobody-imports-e2e', 'Stories end here.', '^packages/e2e/', '^packages/e2e/'),
    only('nobody-imports-cli', 'A command ends here.', '^packages/cli/', '^packages/cli/'),
    only('nobody-imports-bench', 'Measurements end here.', '^packages/bench/', '^packages/bench/'),
    only(
      'testkit-is-for-tests',
      'Only tests, the bench, the launcher and the examples may start throwaway clusters.',
      `^(packages/(testkit|e2e|bench)|infra/(kubernetes|local|prometheus)|examples)/|/src/test/|^vitest|${tests}`,
      '^packages/testkit/',
    ),
    {
      name: 'through-the-front-door',
      comment: 'A package is imported by its name, never by a path into it.',
      severity: 'error',
      from: { path: '^((?:apps|packages|infra)/[^/]+)/' },
      to: {
        path: '^(?:apps|packages|infra)/[^/]+/',
        pathNot: ['^$1/', '^packages/[^/]+/src/index\\.ts$'],
      },
    },
    knowsOnly('examples-know-nobody', 'An example is copied out of here, and works there.', {
      from: '^examples/',
      except: '^examples/',
    }),
    only(
      'uws-stays-in-the-edge',
      'uWebSockets.js only in apps/edge, and in the peers that the bench compares with.',
      '^apps/edge/|^packages/bench/src/peer/|/node_modules/',
      'node_modules/(uWebSockets\\.js|@uwsjs)',
    ),
    {
      name: 'uws-in-few-files',
      comment: 'At most 3 files know uWebSockets.js.',
      severity: 'error',
      from: { path: '^apps/', pathNot: tests },
      module: {
        path: 'node_modules/(uWebSockets\\.js|@uwsjs)',
        numberOfDependentsMoreThan: 3,
      },
    },
    only(
      'redis-stays-in-the-bus',
      'ioredis only in packages/bus and packages/testkit, and in the peers of the bench.',
      '^packages/(bus|testkit|bench/src/peer)/|node_modules/',
      'node_modules/ioredis',
    ),
    only(
      'undici-stays-in-hooks',
      'undici only in packages/hooks, in the bare call that the bench compares with, and in what tests bring along.',
      '^packages/hooks/|^packages/bench/src/load/bare-call|/node_modules/',
      'node_modules/undici/',
    ),
    only(
      'fastify-stays-in-ingress',
      'Fastify and its plugins only in apps/ingress, an example, and the peers of the bench.',
      '^(apps/ingress|examples|packages/bench/src/peer)/|node_modules/',
      'node_modules/(@fastify|fastify)',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      conditionNames: ['source', 'node', 'import'],
      exportsFields: ['exports'],
    },
  },
};
