import { cleanKeyText } from "../api-key-text.ts";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";

/** Searching the web and reading pages. */
export async function webStep(draft: SetupDraft, prompter: SetupPrompter): Promise<void> {
  await prompter.note(
    "Searching needs a key of Brave Search, which has a free plan. Reading a page needs none.",
    "Web search",
  );
  const { search, fetch } = draft.config().tools?.web ?? {};
  const searches = await prompter.confirm({
    message: "Enable web_search (Brave Search)?",
    initial: search?.enabled ?? true,
  });
  const message = search?.apiKey
    ? "Brave Search API key (blank keeps the present one)"
    : "Brave Search API key (blank leaves it to BRAVE_API_KEY)";
  const key = searches ? cleanKeyText(await prompter.text({ message, secret: true })) : "";
  const fetches = await prompter.confirm({
    message: "Enable web_fetch (keyless HTTP fetch)?",
    initial: fetch?.enabled ?? true,
  });
  draft.merge({
    tools: { web: { search: { enabled: searches, ...(key && { apiKey: key }) }, fetch: { enabled: fetches } } },
  });
}
