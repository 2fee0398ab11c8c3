import { promptTimeFormat } from "./prompt-body.ts";

/** How times stand in prompts, made anew only when the zone was changed: a format costs more than a prompt. */
export function createZonedFormat(zone: () => string, options?: { seconds: boolean }): () => (at: number) => string {
  let made: { zone: string; format: (at: number) => string } | undefined;
  return () => {
    const wanted = zone();
    if (made?.zone !== wanted) made = { zone: wanted, format: promptTimeFormat(wanted, options) };
    return made.format;
  };
}
