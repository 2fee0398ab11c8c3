/** The provider and the model of a reference; the provider is empty where none is named. */
export function parseModelRef(ref: string): { provider: string; model: string } {
  const slash = ref.indexOf("/");
  return slash < 0 ? { provider: "", model: ref } : { provider: ref.slice(0, slash), model: ref.slice(slash + 1) };
}
