import type { Theme } from "../settings/settings.ts";

/** Makes the page light or dark; `system` follows the device. */
export function applyTheme(root: HTMLElement, theme: Theme): void {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}
