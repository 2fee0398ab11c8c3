import type { OpenClawConfig } from "@openclaw/config";
import type { ModelRef, Models } from "@openclaw/models";

/** Tokens a session may use of a model's context window. */
export type ModelWindow = (ref: ModelRef) => Promise<number>;

const unknownWindow = 200_000;

/** Looks windows up in the catalogue, each once per configuration. */
export function createModelWindow(models: Models, config: () => OpenClawConfig): ModelWindow {
  let known: { config: OpenClawConfig; byModel: Map<string, number> } | undefined;
  return async ({ provider, model }) => {
    if (known?.config !== config()) known = { config: config(), byModel: new Map() };
    const { byModel } = known;
    const cap = config().agents?.defaults?.contextTokens;
    const name = `${provider}/${model}`;
    let window = byModel.get(name);
    if (window === undefined) {
      const info = (await models.list({ all: true, known: true })).find(
        (item) => item.provider === provider && item.id === model,
      );
      window = info?.contextWindow ?? unknownWindow;
      byModel.set(name, window);
    }
    return cap ? Math.min(cap, window) : window;
  };
}
