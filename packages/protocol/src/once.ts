/** Wraps `build` so that it runs at the first call only; schemas are built when they are first needed, not at import. */
export function once<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
