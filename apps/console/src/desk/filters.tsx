/** What of the list is shown. */
import { Icon } from '../shell/icon.tsx';
import { chatListId } from './chat-list-view.tsx';
import type { ChatFilter, Named } from './chat-list.ts';
import type { Desk } from './desk.ts';

const statuses = ['new', 'queued', 'open', 'pending', 'snoozed', 'closed'];

export const searchId = 'chat-search';

export function Filters({ desk }: { desk: Desk }) {
  void desk.beat.value;
  const filter = desk.filter.value;
  const change = (part: Partial<ChatFilter>) => void (desk.filter.value = { ...filter, ...part });
  return (
    <div class="filters" role="search" aria-label="Chats">
      <label class="search">
        <Icon name="search" />
        <span class="hidden">Search chats</span>
        <input
          id={searchId}
          type="search"
          placeholder="Search"
          aria-keyshortcuts="/"
          value={filter.text}
          onInput={(event) => change({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
            event.preventDefault();
            const [first] = desk.shown.value;
            if (event.key === 'Enter' && first !== undefined) desk.openChat(first.id);
            document.getElementById(chatListId)?.focus();
          }}
        />
      </label>
      <div class="filter-row">
        <Choice
          label="Status"
          value={filter.status}
          options={statuses.map((id) => ({ id, name: id }))}
          onChange={(status) => change({ status })}
        />
        <Choice
          label="Widget"
          value={filter.widget}
          options={desk.chats.widgets()}
          onChange={(widget) => change({ widget })}
        />
        <Choice
          label="Department"
          value={filter.department}
          options={desk.chats.departments()}
          onChange={(department) => change({ department })}
        />
        <button
          type="button"
          class="chip"
          aria-pressed={filter.onlyUnread}
          onClick={() => change({ onlyUnread: !filter.onlyUnread })}
        >
          Unread
        </button>
      </div>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Named[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      class={`chip${value === '' ? '' : ' is-set'}`}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">{label}</option>
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
