/** Light or dark: the system's, until one is chosen. */
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const key = 'switchboard:theme';

type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');

const systemTheme = (): Theme => (system.matches ? 'dark' : 'light');

const chosenTheme = (): Theme | undefined => {
  const chosen = localStorage.getItem(key);
  return chosen === 'light' || chosen === 'dark' ? chosen : undefined;
};

/** Call it before the first drawing. */
export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme !== undefined) document.documentElement.dataset['theme'] = theme;
}

export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(chosenTheme() ?? systemTheme());
  const other = theme === 'dark' ? 'light' : 'dark';
  useEffect(() => {
    const follow = () => setTheme(chosenTheme() ?? systemTheme());
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, []);
  return (
    <button
      type="button"
      class="button is-quiet"
      aria-label={`Switch to ${other} colours`}
      onClick={() => {
        localStorage.setItem(key, other);
        applyTheme();
        setTheme(other);
      }}
    >
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}
