export { buildConsole } from './build-console.ts';
export { variablesOf } from './app-variables.ts';
export { findFreePort, isPortFree } from './free-port.ts';
export { findRedis, startRedis, type Redis, type StartRedisOptions } from './redis.ts';
export { findRedisProgram, findRedisServer, type RedisServer } from './redis-server.ts';
export type { Guard } from './redis-topology/guard.ts';
export { startSentinelGroup, type SentinelGroup } from './redis-topology/sentinel-group.ts';
export { startRedisCluster, type RedisCluster } from './redis-topology/redis-cluster.ts';
export {
  startCluster,
  type Cluster,
  type ClusterNode,
  type StartClusterOptions,
} from './cluster.ts';
export { startContainerSite, type ContainerSite } from './containers/container-site.ts';
export { collectGarbage } from './collect-garbage.ts';
export { mintToken, type TokenClaims } from './token.ts';
export {
  openChat,
  openDesk,
  openSocket,
  UpgradeRefused,
  type Frame,
  type OpenOptions,
  type RawSocket,
} from './raw-socket.ts';
export { findChromium, findCurl, findPythonWithWebsockets } from './debian-package.ts';
export { findBalancer } from './balancer-program.ts';
export { findShell } from './shell-program.ts';
export { findPhp } from './php-program.ts';
export { unpackNchan } from './nchan-package.ts';
export { findKustomize, findPromtool } from './operations-tools.ts';
export { startFaultProxy } from './fault-proxy/fault-proxy.ts';
export type { Condition, FaultProxy, Link } from './fault-proxy/contract.ts';
export { openLedger, type Ledger, type LedgerOptions } from './ledger/ledger.ts';
export { latenciesOf, type Latencies } from './ledger/latencies.ts';
export { faultKinds, type FaultKind, type Reconciliation } from './ledger/reconcile.ts';
export {
  backendFaultKinds,
  reconcileBackend,
  type BackendFindings,
} from './ledger/reconcile-backend.ts';
export { drawTimeline } from './ledger/timeline.ts';
export type { PlanShape } from './ledger/plan.ts';
export { gatherCrowd, type Crowd, type CrowdMember } from './crowd.ts';
export {
  isClean,
  openPresenceBook,
  type PresenceBook,
  type PresenceFindings,
} from './presence-book.ts';
export { startScriptedBackend } from './scripted-backend/scripted-backend.ts';
export type { HookCall, Rule, ScriptedBackend } from './scripted-backend/contract.ts';
