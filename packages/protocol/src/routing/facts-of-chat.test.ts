import { describe, expect, it } from 'vitest';
import { chatFacts } from './facts-of-chat.ts';
import { sourcesMatch } from './sources-match.ts';

describe('chatFacts', () => {
  it('remembers what routes and what a desk shows, as JSON, and joins the rest into this event', () => {
    const facts = chatFacts({
      id: 'c1',
      status: 'open',
      client_user: { id: '5' },
      operator_user: { id: '7', role: 'operator' },
      widget: { id: 'w1', name: 'Web' },
      department: null,
      channel: 'telegram',
      version: 3,
      subject: 'SIM "card"',
      tags: [],
    });
    expect(facts).toEqual({
      chatId: 'c1',
      remembered: {
        status: '"open"',
        client_user: '{"id":"5","role":"client"}',
        operator_user: '{"id":"7","role":"operator"}',
        widget: '{"id":"w1","name":"Web"}',
        department: 'null',
        channel: '"telegram"',
        version: '3',
      },
      rest: '"subject":"SIM \\"card\\"","tags":[]',
      widgetId: 'w1',
      departmentId: '',
      operatorId: '7',
      closed: false,
      version: 3,
    });
    expect(JSON.parse(`{${facts.rest}}`)).toEqual({ subject: 'SIM "card"', tags: [] });
  });

  it('says nothing of what was not said', () => {
    expect(chatFacts({ id: 'c1' })).toEqual({ chatId: 'c1', remembered: {}, rest: '' });
    expect(chatFacts({ id: 'c1', status: null, version: null })).toEqual({
      chatId: 'c1',
      remembered: { status: 'null', version: 'null' },
      rest: '',
    });
  });

  it.each([
    ['closed', true],
    ['open', false],
    ['archived', false],
  ])('status %s means closed: %s', (status, closed) => {
    expect(chatFacts({ id: 'c1', status }).closed).toBe(closed);
  });

  it('shows a last message as messages are shown', () => {
    const facts = chatFacts({
      id: 'c1',
      last_message: {
        id: 'm1',
        text: 'gone',
        deleted_at: '2026-03-01T09:30:00.000Z',
        chat: { id: 'c1' },
      },
    });
    expect(JSON.parse(`{${facts.rest}}`)).toEqual({
      last_message: {
        id: 'm1',
        text: null,
        attachments: [],
        deleted_at: '2026-03-01T09:30:00.000Z',
      },
    });
  });

  it('keeps hostile field names inside the JSON', () => {
    const facts = chatFacts({ id: 'c1', 'a":{"b': 1 });
    expect(JSON.parse(`{${facts.rest}}`)).toEqual({ 'a":{"b': 1 });
  });
});

describe('sourcesMatch', () => {
  const widgets = [{ id: 'w1' }];
  const departments = [{ id: 'd1' }];
  const all = { widgets: null, departments: null };
  const none = { widgets: [], departments: [] };

  it.each([
    ['no sources', undefined, {}, true],
    ['null sources', null, { widgetId: 'w9' }, true],
    ['all', all, { widgetId: 'w9', departmentId: 'd9' }, true],
    ['none', none, { widgetId: 'w1', departmentId: 'd1' }, false],
    ['none, an unknown chat', none, {}, false],
    ['its widget', { widgets, departments: null }, { widgetId: 'w1' }, true],
    ['another widget', { widgets, departments: null }, { widgetId: 'w2' }, false],
    ['a widget, a chat with none', { widgets, departments: null }, { widgetId: '' }, false],
    ['a widget, a chat of which nothing is known', { widgets, departments: null }, {}, false],
    ['its department', { widgets: null, departments }, { departmentId: 'd1' }, true],
    ['another department', { widgets: null, departments }, { departmentId: 'd2' }, false],
    ['a department, a chat with none', { widgets: null, departments }, { departmentId: '' }, true],
    ['a department, a chat of which nothing is known', { widgets: null, departments }, {}, true],
    ['both', { widgets, departments }, { widgetId: 'w1', departmentId: 'd1' }, true],
    [
      'its widget, another department',
      { widgets, departments },
      { widgetId: 'w1', departmentId: 'd2' },
      false,
    ],
    [
      'another widget, its department',
      { widgets, departments },
      { widgetId: 'w2', departmentId: 'd1' },
      false,
    ],
    [
      'its widget, a chat without department',
      { widgets, departments },
      { widgetId: 'w1', departmentId: '' },
      true,
    ],
  ])('%s', (_name, sources, chat, matches) => {
    expect(sourcesMatch(sources, chat, '7')).toBe(matches);
    expect(sourcesMatch(sources, { ...chat, operatorId: '7' }, '7')).toBe(true);
    expect(sourcesMatch(sources, { ...chat, operatorId: '8' }, '7')).toBe(matches);
  });
});
