/** Id of the field to write in. */
export const composerId = "composer";

/** Moves the focus to the field to write in; not on a phone, where the keyboard would cover what the user came to read. */
export function focusComposer(): void {
  if (!matchMedia("(pointer: coarse)").matches) document.getElementById(composerId)?.focus();
}
