/** The image's health check: exit code 0 when the process would be sent traffic. */
import { env, exit } from 'node:process';

const answer = await fetch(`http://127.0.0.1:${env['PRIVATE_PORT']}/health/ready`, {
  signal: AbortSignal.timeout(5000),
}).catch(() => undefined);
exit(answer?.status === 200 ? 0 : 1);
