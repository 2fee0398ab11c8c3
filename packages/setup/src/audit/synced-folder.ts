// Folders of the services' own programs, on macOS also below ~/Library/CloudStorage.
const synced =
  /[\\/](?:Library[\\/](?:Mobile Documents|CloudStorage)|iCloud ?Drive|iCloud~[^\\/]*|Dropbox(?: \([^\\/]*\))?|Google ?Drive(?:[- ][^\\/]*)?|My Drive|OneDrive(?:[ -][^\\/]*)?)(?:[\\/]|$)/i;

/** Whether a path lies in a folder that a cloud service copies. */
export function isSynced(path: string): boolean {
  return synced.test(path);
}
