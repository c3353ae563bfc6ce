/** A telecom's support chat: the people and the chat that all examples are about. */
export const at = (time: string) => `2026-03-02T${time}Z`;

export const anna = {
  id: 'cl-48213',
  role: 'client' as const,
  name: 'Anna Petrova',
  avatar_url: null,
};

/** As the backend knows her; clients never read more than `anna`. */
export const annaInFull = {
  ...anna,
  email: 'anna.petrova@example.com',
  phone: '+79000000001',
  external_id: 'contract-7731204',
  meta: { tariff: 'Unlimited Pro' },
};

export const maria = {
  id: 'op-17',
  role: 'operator' as const,
  name: 'Maria Lind',
  avatar_url: 'https://static.example.com/operators/17.jpg',
  job_title: 'Roaming specialist',
};

export const website = { id: 'site', name: 'Website' };
export const roaming = { id: 'roaming', name: 'Roaming and travel' };

export const chatId = 'chat-90417';

export const openChat = {
  id: chatId,
  status: 'open',
  client_user: annaInFull,
  operator_user: maria,
  widget: website,
  department: roaming,
  channel: 'website',
  queue: null,
  unread: { client: 0, operator: 1 },
  tags: ['roaming'],
  subject: 'No internet in Turkey',
  created_at: at('09:12:04.120'),
  updated_at: at('09:14:40.000'),
  closed_at: null,
  version: 6,
};

export const question = {
  id: '01958f3c-5a10-7c3e-9b44-2f1d5a7c0e11',
  chat_id: chatId,
  type: 'standard' as const,
  user: anna,
  client_message_id: 'c-1f0b9a',
  text: 'Hi! I arrived in Antalya and mobile internet does not work. The Travel 5 GB package is active.',
  status: 'sent',
  created_at: at('09:12:04.120'),
};

export const photo = {
  type: 'image',
  url: 'https://files.example.com/90417/apn-settings.png',
  name: 'apn-settings.png',
  content_type: 'image/png',
  size: 183_204,
  width: 1_170,
  height: 2_532,
  thumbnail_url: 'https://files.example.com/90417/apn-settings.thumb.png',
  alt: 'APN settings of the phone',
};
