// Gathers the licences of what is bundled into one file.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENSE = /^(licen[cs]e|copying|thirdpartynotices)/i;
/** Packages whose repository has a licence text that their archive leaves out, and whose archive has the same one. */
const SAME_AS = { "react-compiler-runtime": "react", "react-remove-scroll-bar": "react-remove-scroll" };
const RULE = `\n${"-".repeat(80)}\n\n`;

export function licenses(fileName) {
  const folders = new Set();

  const collect = {
    name: "licenses:collect",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.moduleIds ?? []) {
          const folder = id.replaceAll("\\", "/").match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
          if (folder && existsSync(join(folder, "package.json"))) folders.add(folder.replace(/^\0+/, ""));
        }
      }
    },
  };

  function texts(folder) {
    return readdirSync(folder)
      .filter((name) => LICENSE.test(name))
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
  }

  function write() {
    const packages = [...folders].map((folder) => {
      const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const home = (repository?.url ?? repository ?? "").replace(/^git\+/, "").replace(/\.git$/, "");
      return { name, version, license, home, texts: texts(folder) };
    });
    packages.sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));
    return packages.map(({ name, version, license, home, texts }) => {
      // Packages of one repository often leave the text to one of them.
      const kin = packages.find((other) => other.texts.length > 0 && (other.home === home || other.name === SAME_AS[name]));
      const found = texts.length > 0 ? texts : kin?.texts;
      if (!found) throw new Error(`${name} comes without a licence text: say in licenses.js which one is its own.`);
      return `${name} ${version} (${license})\n${home}\n\n${found.join("\n\n")}\n`;
    }).join(RULE);
  }

  return {
    /** For the workers, which are bundled apart and before. */
    collect: () => collect,
    emit: {
      name: "licenses:emit",
      generateBundle: {
        order: "post",
        handler(options, bundle) {
          collect.generateBundle(options, bundle);
          this.emitFile({ type: "asset", fileName, source: `GraphiQL as it is served holds parts of these packages.\n${RULE}${write()}` });
        },
      },
    },
  };
}
