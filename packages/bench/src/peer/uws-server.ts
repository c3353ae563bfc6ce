/** The peer `uws`: a posted body goes to all sockets at once. */
import { serveSockets } from './socket-app.ts';

const app = serveSockets((body) => {
  app.publish(body);
  return undefined;
});
