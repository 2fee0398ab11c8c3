import type { MessageButton } from "@openclaw/plugin-sdk";

/** The longest text of a block, in UTF-16 code units. */
const SECTION_CHARS = 3000;
/** Ids of the buttons of a message begin with it. */
export const buttonAction = "openclaw_button";
/** Those of the values of a command do, and then comes who may press them. */
export const valueAction = "openclaw_cmdarg";
const maxLabel = 75;

/** The blocks of a message with buttons; undefined for one without. */
export function buttonBlocks(
  text: string,
  rows: readonly (readonly MessageButton[])[] | undefined,
  { onlyFor }: { onlyFor?: string } = {},
): object[] | undefined {
  if (rows === undefined || rows.length === 0) return undefined;
  return [
    ...sections(text),
    ...rows.map((row, at) => ({
      type: "actions",
      elements: row.map((button, index) => ({
        type: "button",
        action_id: `${onlyFor === undefined ? buttonAction : `${valueAction}:${onlyFor}`}:${at}:${index}`,
        text: { type: "plain_text", text: button.text.slice(0, maxLabel), emoji: true },
        value: button.data,
      })),
    })),
  ];
}

function sections(text: string): object[] {
  const parts: object[] = [];
  for (let at = 0; at < text.length; at += SECTION_CHARS) {
    parts.push({ type: "section", text: { type: "mrkdwn", text: text.slice(at, at + SECTION_CHARS) } });
  }
  return parts;
}
