/** The operators who are online, as discs in the bar; all of them, with what they do, when it is opened. */
import { Avatar } from '../shell/avatar.tsx';
import { Menu } from '../shell/menu.tsx';
import type { Team } from './team.ts';

const discsMax = 4;
/** From one disc to the next. */
const discPx = 20;

export function TeamView({ team }: { team: Team }) {
  const colleagues = team.value;
  const online = colleagues.filter(({ isOnline }) => isOnline);
  const button = (
    <>
      <span class="discs">
        {online.slice(0, discsMax).map(({ id, name }, index) => (
          // Moved, not laid out: nothing jumps when one comes in between.
          <span key={id} style={{ transform: `translateX(${-index * discPx}px)` }}>
            <Avatar id={id} name={name} />
          </span>
        ))}
      </span>
      <span class="hidden">Operators online: </span>
      <span class="menu-count">{online.length}</span>
    </>
  );
  return (
    <Menu title="Operators" button={button}>
      <ul class="team">
        {colleagues.map(({ id, name, isOnline, status }) => (
          <li key={id}>
            <Avatar id={id} name={name} />
            <span>{name}</span>
            <span class="muted">
              <span class={`dot${isOnline ? ' is-on' : ''}`} />{' '}
              {isOnline ? (status ?? 'online') : 'offline'}
            </span>
          </li>
        ))}
      </ul>
    </Menu>
  );
}
