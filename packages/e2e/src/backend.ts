/** The customer's backend: plain HTTP with an `Api-Token`, nothing of ours in between. */

export interface Answer {
  status: number;
  headers: Headers;
  // Tests look into answers of every shape; `unknown` would put a cast into each line.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface Call {
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Backend {
  /** Any call, whatever its answer. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** The body of a 200; rejects on anything else. */
  post(path: string, body: unknown): Promise<Answer['body']>;
  put(path: string, body: unknown): Promise<Answer['body']>;
  get(path: string): Promise<Answer['body']>;
  /** Adds a message with an id of its own, `standard` unless it says otherwise; the answer of ingress. */
  say(chatId: string, message?: object): Promise<Answer['body']>;
}

/** @param where read at each call: the cluster starts after this was made */
export const createBackend = (where: () => { url: string; apiToken: string }): Backend => {
  let messages = 0;
  const call: Backend['call'] = async (method, path, { body, headers } = {}) => {
    const { url, apiToken } = where();
    const response = await fetch(url + path, {
      method,
      headers: { 'api-token': apiToken, ...contentType(body), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await read(response) };
  };
  const succeed = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, { body });
    if (answer.status === 200) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  return {
    call,
    post: (path, body) => succeed('POST', path, body),
    put: (path, body) => succeed('PUT', path, body),
    get: (path) => succeed('GET', path),
    say: (chatId, message = {}) => {
      const id = `said-${(messages += 1)}`;
      const fields = { id, chat_id: chatId, type: 'standard', text: id };
      return succeed('POST', '/message', { ...fields, ...message });
    },
  };
};

const contentType = (body: unknown) =>
  body === undefined ? {} : { 'content-type': 'application/json' };

const read = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  return (response.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : text;
};
