import type { Capability } from "./understanding-config.ts";

/** What a file was found to say or show. */
export interface UnderstandingOutput {
  capability: Capability;
  /** Place among the attachments of the message. */
  attachment: number;
  text: string;
}

const titles: Readonly<Record<Capability, { title: string; label: string }>> = {
  image: { title: "Image", label: "Description" },
  audio: { title: "Audio", label: "Transcript" },
  video: { title: "Video", label: "Description" },
};

/** The user's own words in a message whose placeholder stands for its files: `<media:…>` is taken out. */
export function captionOf(text: string): string {
  return text.replace(/<media:[^>\s]*>/gi, "").trim();
}

/** What the model reads in place of the files: one block for each, with the user's own words. */
export function mediaBody(outputs: readonly UnderstandingOutput[], caption: string): string {
  const [only] = outputs;
  const userText = caption === "" ? [] : [`User text:\n${caption}`];
  if (only !== undefined && outputs.length === 1) {
    const { title, label } = titles[only.capability];
    return [`[${title}]`, ...userText, `${label}:\n${only.text}`].join("\n");
  }
  const blocks = outputs.map((output) => {
    const same = outputs.filter(({ capability }) => capability === output.capability);
    const { title, label } = titles[output.capability];
    const place = same.length > 1 ? ` ${same.indexOf(output) + 1}/${same.length}` : "";
    return `[${title}${place}]\n${label}:\n${output.text}`;
  });
  return [...userText, ...blocks].join("\n\n");
}

/** What was said in the sounds of a message; empty when there are none. */
export function transcriptOf(outputs: readonly UnderstandingOutput[]): string {
  const spoken = outputs.filter(({ capability }) => capability === "audio").map(({ text }) => text);
  if (spoken.length < 2) return spoken[0] ?? "";
  return spoken.map((text, index) => `Audio ${index + 1}:\n${text}`).join("\n\n");
}
