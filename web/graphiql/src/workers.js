// Monaco's workers, from this server: the page works where nothing else can be reached.
import MonacoWorker from "./worker.js?worker";

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new MonacoWorker({ name: label }),
};
