// Shows /api/openapi.json and tries its addresses out. Everything is put in as text: nothing of an answer becomes markup.
"use strict";

const CONTRACT = "/api/openapi.json";
const LONGEST = 200000;
let contract = null;
let token = null;

function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

const byId = (id) => document.getElementById(id);

// Paragraphs, with `code` in them.
function prose(text) {
  return (text ?? "").split(/\n\n+/).filter(Boolean).map((paragraph) =>
    element("p", {}, paragraph.split(/(`[^`]+`)/).map((part) =>
      part.startsWith("`") ? element("code", {}, part.slice(1, -1)) : part)));
}

// ---- schemas

const nameOf = (reference) => reference.split("/").pop();
const resolve = (schema) => (schema?.$ref ? { ...contract.components.schemas[nameOf(schema.$ref)], ...schema, $ref: undefined } : schema ?? {});

// The schema without "or null", and whether null it may be.
function bare(schema) {
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    const some = choices.find((choice) => choice.type !== "null");
    return [{ ...some, description: schema.description ?? some?.description }, choices.some((choice) => choice.type === "null")];
  }
  if (Array.isArray(schema.type)) return [{ ...schema, type: schema.type.find((type) => type !== "null") }, schema.type.includes("null")];
  return [schema, false];
}

function typeOf(schema) {
  const [inner, nullable] = bare(schema);
  let text = inner.$ref ? nameOf(inner.$ref) : inner.type ?? "any";
  if (inner.type === "array") text = `list of ${typeOf(inner.items ?? {})}`;
  const resolved = resolve(inner);
  if (resolved.format && inner.type !== "array") text += ` · ${resolved.format}`;
  const limits = [];
  for (const [key, word] of [["minimum", "≥"], ["maximum", "≤"], ["maxLength", "length ≤"], ["maxItems", "items ≤"]]) {
    if (inner[key] !== undefined) limits.push(`${word} ${inner[key]}`);
  }
  if (limits.length) text += ` · ${limits.join(", ")}`;
  return nullable ? `${text} · or null` : text;
}

function choicesOf(schema) {
  const inner = resolve(bare(schema)[0]);
  return inner.enum ?? (inner.type === "array" ? resolve(inner.items).enum : undefined);
}

function fields(schema, depth = 0) {
  const inner = resolve(bare(schema)[0]);
  if (inner.type === "array") return fields(inner.items ?? {}, depth);
  if (!inner.properties) return inner.enum ? element("p", {}, inner.enum.map((one) => [element("code", {}, String(one)), " "])) : null;
  const required = inner.required ?? [];
  return element("ul", { class: "fields" }, Object.entries(inner.properties).map(([name, property]) => {
    const target = resolve(bare(property)[0]);
    const deeper = depth < 4 && (target.properties || target.type === "array") ? fields(property, depth + 1) : null;
    return element("li", {},
      element("code", {}, name), " ",
      element("span", { class: "type" }, typeOf(property) + (required.includes(name) ? "" : " · may be left out")),
      prose(property.description ?? bare(property)[0].description),
      choicesOf(property) && element("p", { class: "type" }, choicesOf(property).join(" | ")),
      deeper && element("details", {}, element("summary", {}, "its fields"), deeper));
  }));
}

function example(schema, depth = 0) {
  const inner = resolve(bare(schema ?? {})[0]);
  if (inner.example !== undefined) return inner.example;
  if (inner.default !== undefined) return inner.default;
  if (inner.enum) return inner.enum[0];
  if (inner.type === "array") return depth > 5 ? [] : [example(inner.items, depth + 1)];
  if (inner.properties) return Object.fromEntries(Object.entries(inner.properties).map(([name, one]) => [name, example(one, depth + 1)]));
  return { integer: 1, number: 1.5, boolean: true, string: inner.pattern?.includes("[1-9]") ? "1" : "text" }[inner.type] ?? null;
}

// ---- operations

function input(parameter) {
  const choices = choicesOf(parameter.schema);
  const name = `${parameter.in}:${parameter.name}`;
  const list = parameter.schema.type === "array";
  const aria = { name, "aria-label": parameter.name };
  if (parameter.schema.type === "boolean" || (choices && !list)) {
    const options = ["", ...(choices ?? ["true", "false"])];
    return element("select", aria, options.map((value) => element("option", { value }, value || "–")));
  }
  if (parameter.schema.format === "date") return element("input", { ...aria, type: "date" });
  return element("input", { ...aria, placeholder: list ? "one, or several with commas" : "", required: parameter.required });
}

function requestOf(path, method, operation, form) {
  const data = new FormData(form);
  const query = new URLSearchParams();
  let address = path;
  for (const parameter of operation.parameters ?? []) {
    const value = String(data.get(`${parameter.in}:${parameter.name}`) ?? "").trim();
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value !== "" && parameter.schema.type === "array") value.split(",").forEach((one) => query.append(parameter.name, one.trim()));
    else if (value !== "") query.append(parameter.name, value);
  }
  if ([...query].length) address += `?${query}`;
  const request = { method: method.toUpperCase(), headers: {}, cache: "no-store" };
  if (token) request.headers.Authorization = `Bearer ${token}`;
  if (operation.requestBody) {
    request.headers["Content-Type"] = "application/json";
    request.body = data.get("body");
  }
  return [address, request];
}

async function show(answer, into, address) {
  const type = answer.headers.get("content-type") ?? "";
  const heads = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const bytes = await answer.blob();
  const parts = [element("p", { class: answer.ok ? "fine" : "failed" }, `${answer.status} ${answer.statusText} · ${bytes.size} bytes`),
    element("pre", {}, heads)];
  if (answer.ok && !type.startsWith("application/json") && bytes.size) {
    const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? address.split("/").pop();
    parts.push(element("p", {}, element("a", { href: URL.createObjectURL(bytes), download: name }, `Save ${name}`)));
  }
  if (/json|text/.test(type) && bytes.size) {
    let text = await bytes.text();
    if (type.startsWith("application/json")) text = JSON.stringify(JSON.parse(text), null, 2);
    parts.push(element("pre", {}, text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… ${text.length - LONGEST} more letters` : text));
  }
  into.replaceChildren(...parts);
}

function responseOf([status, response]) {
  const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
  const inner = media?.schema && type === "application/json" ? fields(media.schema) : null;
  const sample = inner && status.startsWith("2") ? element("pre", {}, JSON.stringify(example(media.schema), null, 2)) : null;
  return element("tr", {}, element("th", {}, status), element("td", {}, prose(response.description),
    type && element("span", { class: "type" }, media.schema?.$ref ? `${type} · ${nameOf(media.schema.$ref)}` : type),
    status.startsWith("2") && inner ? [element("details", {}, element("summary", {}, "fields"), inner),
      element("details", {}, element("summary", {}, "example"), sample)] : null));
}

function operationOf(path, method, operation) {
  const result = element("div", { "aria-live": "polite" });
  const line = element("pre", {});
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  const form = element("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const [address, request] = requestOf(path, method, operation, form);
      result.replaceChildren("…");
      try {
        await show(await fetch(address, request), result, address);
      } catch (error) {
        result.replaceChildren(element("p", { class: "failed" }, `The request failed: ${error.message}`));
      }
    },
    oninput: () => describe(),
  },
    operation.parameters?.length ? [element("h3", {}, "Parameters"), element("table", {}, operation.parameters.map((parameter) =>
      element("tr", {},
        element("th", {}, parameter.name, element("div", { class: "type" }, parameter.in === "path" ? "in the path" : typeOf(parameter.schema))),
        element("td", {}, prose(parameter.description), choicesOf(parameter.schema) && element("p", { class: "type" }, choicesOf(parameter.schema).join(" | "))),
        element("td", {}, input(parameter)))))] : null,
    body ? [element("h3", {}, "Body"), fields(body), element("textarea", { name: "body", "aria-label": "Body", spellcheck: "false" }, JSON.stringify(example(body), null, 2))] : null,
    element("div", { class: "actions" }, element("button", {}, "Send")), line, result);
  const describe = () => {
    const [address, request] = requestOf(path, method, operation, form);
    const data = request.body ? ` -H 'Content-Type: application/json' -d '${request.body.replaceAll("'", "'\\''")}'` : "";
    const verb = request.method === "GET" ? "" : `-X ${request.method} `;
    line.textContent = `curl ${verb}-H "Authorization: Bearer $TOKEN"${data} '${location.origin}${address}'`;
  };
  describe();
  return element("details", { class: "operation", id: operation.operationId },
    element("summary", {}, element("span", { class: `method ${method}` }, method), element("span", { class: "path" }, path),
      element("span", { class: "summary" }, operation.summary ?? "")),
    element("div", { class: "body" }, prose(operation.description), form, element("h3", {}, "Answers"),
      element("table", {}, Object.entries(operation.responses).map(responseOf))));
}

function render() {
  byId("version").textContent = contract.info.version;
  byId("introduction").replaceChildren(...prose(contract.info.description),
    element("p", {}, "The same for programs: ", element("a", { href: CONTRACT }, CONTRACT), "."));
  const all = Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const index = [];
  const operations = [];
  for (const tag of contract.tags) {
    const own = all.filter(({ operation }) => operation.tags?.includes(tag.name));
    index.push(element("h2", {}, tag.name), ...own.map(({ path, method, operation }) =>
      element("a", { href: `#${operation.operationId}`, title: operation.summary },
        element("span", { class: `method ${method}` }, method), path.replace("/api/v1", ""))));
    operations.push(element("h2", {}, tag.name), ...prose(tag.description),
      ...own.map(({ path, method, operation }) => operationOf(path, method, operation)));
  }
  byId("index").replaceChildren(...index);
  byId("operations").replaceChildren(...operations);
  byId("schemas").replaceChildren(element("h2", {}, "Schemas"), ...Object.entries(contract.components.schemas).map(([name, schema]) =>
    element("details", { class: "schema", id: `schema-${name}` }, element("summary", {}, element("code", {}, name)),
      element("div", { class: "body" }, prose(schema.description), fields(schema)))));
  open();
}

// Opens what the address names.
function open() {
  const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

function use(given, whose) {
  token = given || null;
  byId("who").textContent = token ? `Requests are sent with ${whose}. It is forgotten when this page is left.` : "No token: requests will be refused.";
}

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch("/token", { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((got) => got.json())
    .catch((error) => ({ error_description: error.message }));
  if (!answer.access_token) {
    byId("who").textContent = answer.error_description ?? "Signing in failed.";
    return;
  }
  const name = form.elements.username.value;
  form.elements.password.value = "";
  use(answer.access_token, `the token of ${name}, which lasts ${Math.round(answer.expires_in / 60)} minutes`);
});

byId("use-token").addEventListener("submit", (event) => {
  event.preventDefault();
  use(event.target.elements.token.value.trim(), "the token you gave");
  event.target.reset();
});

byId("search").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const link of byId("index").querySelectorAll("a")) {
    const text = `${link.textContent} ${link.title}`.toLowerCase();
    link.hidden = !words.every((word) => text.includes(word));
  }
});

window.addEventListener("hashchange", open);

fetch(CONTRACT).then((answer) => answer.json()).then((read) => {
  contract = read;
  render();
}).catch((error) => {
  byId("operations").replaceChildren(element("p", { class: "failed" }, `The contract cannot be read: ${error.message}`));
});
