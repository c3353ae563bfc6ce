/** The conformance suite of clients; README.md says how another client is run against it. */
export { cases, chatCases, deskCases, runConformance } from './run-conformance.ts';
export { processSubject } from './process-subject.ts';
export type { Result } from './case.ts';
export type { CreateSubject, Reports, Subject, Target } from './subject.ts';
