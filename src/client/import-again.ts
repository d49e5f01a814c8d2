/**
 * Loads a module that is fetched later: by `load`, and where that fails once more under another address. Chromium does not
 * fetch an address again that has failed, as long as the page is open. Rejects with the error of the last attempt.
 */
export async function importAgain<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    // The browser's message ends with the address: the application's bundler may have changed it.
    const [url] = /https?:\S+\.js$/.exec((error as Error).message) ?? [];
    if (url === undefined) throw error;
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ `${url}?${Date.now()}`)) as Module;
  }
}
