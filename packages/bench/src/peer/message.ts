/** What peers without validation need to know of a message. */

/** The room of those who get every message; no chat is called so. */
export const everybody = '*';

/** Where it stands in the bodies of the bench: these peers parse nothing. */
const chatIdKey = '"chat_id":"';

export const chatIdOf = (message: Uint8Array): string => {
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const from = text.indexOf(chatIdKey, 0, 'latin1') + chatIdKey.length;
  return text.toString('latin1', from, text.indexOf('"', from, 'latin1'));
};
