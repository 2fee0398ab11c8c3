import {
  type Component,
  type Focusable,
  fuzzyFilter,
  Input,
  matchesKey,
  type SelectItem,
  SelectList,
  truncateToWidth,
} from "@earendil-works/pi-tui";
import type { Theme } from "./theme.ts";

const moving = ["up", "down", "pageUp", "pageDown"] as const;

/** A list to choose from in place of the editor. */
export interface PickerOptions {
  title: string;
  items: readonly SelectItem[];
  /** The item that is selected at first. */
  current?: string | undefined;
  /** Lines the list may take. */
  maxVisible: number;
  theme: Theme;
  onSelect(value: string): void;
  onClose(): void;
}

/** Creates a picker: what is typed filters, Enter selects, Esc closes. */
export function createPicker(options: PickerOptions): Component & Focusable {
  const { theme, maxVisible } = options;
  const input = new Input({ prompt: "> " });
  let list = listOf(options.items);

  function listOf(items: readonly SelectItem[]): SelectList {
    const made = new SelectList([...items], maxVisible, theme.list);
    const at = items.findIndex(({ value }) => value === options.current);
    if (at > 0) made.setSelectedIndex(at);
    return made;
  }
  return {
    get focused() {
      return input.focused;
    },
    set focused(value) {
      input.focused = value;
    },
    invalidate: () => list.invalidate(),
    render: (width) => [
      theme.accent(truncateToWidth(` ${options.title} (enter selects, esc closes)`, width)),
      ...input.render(width),
      ...list.render(width),
    ],
    handleInput(data) {
      if (matchesKey(data, "escape")) return options.onClose();
      if (matchesKey(data, "enter")) {
        const chosen = list.getSelectedItem();
        if (chosen) options.onSelect(chosen.value);
        return;
      }
      if (moving.some((key) => matchesKey(data, key))) {
        return list.handleInput(data);
      }
      const before = input.getValue();
      input.handleInput(data);
      const filter = input.getValue();
      if (filter === before) return;
      const fits = fuzzyFilter([...options.items], filter, (item) => `${item.label} ${item.description ?? ""}`);
      list = listOf(fits);
    },
  };
}
