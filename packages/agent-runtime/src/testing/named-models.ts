import type { Models } from "@openclaw/models";

/** Models that are only named, never asked: `fake/<anything>` exists, `fake/forbidden` may not be chosen. */
export const namedModels: Models = {
  defaultRef: async () => ({ provider: "fake", model: "one" }),
  resolve: () => Promise.reject(new Error("this model is only a name")),
  list: async () => [],
  imageModels: () => [],
  canonical: (text) => (text.startsWith("fake/") ? { provider: "fake", model: text.slice(5) } : undefined),
  aliases: () => [],
  providerAuth: () => undefined,
  candidates: (requested) => [requested],
  isAllowed: ({ model }) => model !== "forbidden",
};
