// Light or dark: as the system has it unless the user chose, which this browser remembers.

const KEY = "codex-usage-theme";
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

class Look {
  theme = $state<Theme>("system");

  /** Follows the system and the choice; returns how to stop. */
  follow(): () => void {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.theme = remembered(KEY) === "light" ? "light" : remembered(KEY) === "dark" ? "dark" : "system";
    const show = (): void => {
      document.documentElement.dataset["theme"] = this.theme === "system" ? (dark.matches ? "dark" : "light") : this.theme;
    };
    show();
    dark.addEventListener("change", show);
    const stop = $effect.root(() => {
      $effect(show);
    });
    return () => {
      dark.removeEventListener("change", show);
      stop();
    };
  }

  choose(theme: Theme): void {
    this.theme = theme;
    remember(KEY, theme);
  }

  next(): void {
    this.choose(document.documentElement.dataset["theme"] === "dark" ? "light" : "dark");
  }
}

/** Reads what this browser remembers; nothing where it may not. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

export const look = new Look();
