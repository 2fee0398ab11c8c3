/**
 * A model provider on this machine that answers `You said: <message>` or what the message's steering words ask for.
 * @returns {Promise<{ baseUrl: string, heard(text: string): number, close(): Promise<void> }>} heard: how many requests held that text
 */
export async function startModelServer() {
  // Loaded here and not above: a Node too old for TypeScript gets as far as being replaced.
  const { startScriptedModelServer } = await import("../../packages/models/src/testing/scripted-model-server.ts");
  const server = await startScriptedModelServer();
  return {
    baseUrl: server.openaiUrl,
    heard: (text) => server.requests.filter(({ body }) => JSON.stringify(body.messages).includes(text)).length,
    close: () => server.close(),
  };
}
