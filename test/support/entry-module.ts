/**
 * Resolves the Worker's entry once a file. The pool imports it for every request and for every object that is
 * constructed, and vitest's module runner asks Node each time which file that is, although the module is loaded: that
 * took a third of the time of a test.
 */

interface ModuleRunner {
  import(path: string): Promise<unknown>;
}

/** By this name the pool finds it too (@cloudflare/vitest-pool-workers 1.5, `importModule`). */
const { __vitest_mocker__: vitest } = globalThis as unknown as {
  __vitest_mocker__: { moduleRunner: ModuleRunner };
};
const runner = vitest.moduleRunner;
const { import: importModule } = Object.getPrototypeOf(runner) as ModuleRunner;
const imported = new Map<string, Promise<unknown>>();

runner.import = (path) => {
  const module = imported.get(path) ?? importModule.call(runner, path);
  imported.set(path, module);
  return module;
};
