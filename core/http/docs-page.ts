import type { Context, Middleware, Next } from 'koa'
import { shapeOf, type Schema } from './docs-schema.ts'
import { Html, html } from './html.ts'
import { CONVENTIONS, openApiOf } from './openapi.ts'
import type { Route } from './route.ts'
import { stylePolicy } from './style-policy.ts'
import { VIEW_STYLE } from './view-style.ts'

export const DOCS_PATH = '/api/docs'

interface Content {
  readonly schema?: Schema
  readonly example?: unknown
}

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security?: readonly unknown[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly description?: string
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Content>> }>
  >
}

/** What the page reads of the description: it is ours, and a test validates it. */
interface Description {
  readonly info: { readonly title: string; readonly version: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly examples: Readonly<
      Record<string, { readonly value: { readonly status: number; readonly code: string; readonly title: string } }>
    >
  }
}

interface Described extends Operation {
  readonly method: string
  readonly path: string
}

const STYLE = `${VIEW_STYLE}
code, pre { font: 0.875em/1.5 ui-monospace, 'Liberation Mono', monospace; }
pre { background: var(--back); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.5rem 0.75rem; overflow-x: auto; }
summary { cursor: pointer; }
details { border-block-start: 1px solid var(--line); padding-block: 0.625rem; }
.verb { display: inline-block; min-width: 4.5rem; font-weight: 700; }
`

const PLACES: Readonly<Record<string, string>> = { path: 'adresse', query: 'paramètre', header: 'en-tête' }

const parametersOf = ({ parameters }: Operation): Html | undefined =>
  parameters.length === 0
    ? undefined
    : html`<h3>Paramètres</h3>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th>Nom</th>
                <th>Place</th>
                <th>Valeur</th>
                <th>Sens</th>
              </tr>
            </thead>
            <tbody>
              ${parameters.map(
                each =>
                  html`<tr>
                    <td><code>${each.name}</code>${each.required ? ' (obligatoire)' : ''}</td>
                    <td>${PLACES[each.in] ?? each.in}</td>
                    <td>${shapeOf(each.schema)}</td>
                    <td>${each.description}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`

const contentOf = (content: Readonly<Record<string, Content>> = {}): readonly Html[] =>
  Object.entries(content).map(
    ([type, { schema, example }]) =>
      html`<p><code>${type}</code></p>
        ${schema && shapeOf(schema)}
        ${
          example === undefined
            ? undefined
            : html`<p>Exemple :</p>
                <pre>${typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre>`
        }`,
  )

const errorsIn = (responses: Operation['responses'], { components }: Description): readonly Html[] =>
  Object.entries(responses).flatMap(([status, { content }]) => {
    const examples = (content?.['application/problem+json'] as { readonly examples?: object } | undefined)?.examples
    return Object.keys(examples ?? {}).map(
      code =>
        html`<tr>
          <td>${status}</td>
          <td><code>${code}</code></td>
          <td>${components.examples[code]?.value.title}</td>
        </tr>`,
    )
  })

const operationOf = (operation: Described, description: Description): Html => {
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
  return html`<details id="${operation.operationId}">
    <summary>
      <span class="verb">${operation.method.toUpperCase()}</span> <code>${operation.path}</code> — ${operation.summary}
    </summary>
    ${operation.description === undefined ? undefined : html`<p>${operation.description}</p>`}
    ${operation.security?.length === 0 ? html`<p class="muted">Sans authentification.</p>` : undefined}
    ${parametersOf(operation)}
    ${
      operation.requestBody &&
      html`<h3>Corps</h3>
        ${contentOf(operation.requestBody.content)}`
    }
    ${answers.map(
      ([status, { description: said, content }]) =>
        html`<h3>Réponse ${status}</h3>
          ${answers.length > 1 ? html`<p>${said}</p>` : undefined}
          ${content ? contentOf(content) : html`<p class="muted">Sans corps.</p>`}`,
    )}
    <h3>Erreurs</h3>
    <div class="wide">
      <table>
        <tbody>
          ${errorsIn(operation.responses, description)}
        </tbody>
      </table>
    </div>
  </details>`
}

/** The description of the API as a page to read: no script, no file to fetch. */
export const docsPage = (description: Description): string => {
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Described => ({ ...operation, method, path })),
  )
  const tags = [...new Set(operations.flatMap(each => each.tags))]
  const schemas = Object.entries(description.components.schemas)
  return html`<!doctype html>
    <html lang="fr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${description.info.title}</title>
        ${
          // As it is: its digest is in the policy.
          new Html(`<style>${STYLE}</style>`)
        }
      </head>
      <body>
        <header>
          <p><strong>Passeur</strong> Documentation de l’API — <a href="v3/openapi.json">OpenAPI 3.1</a></p>
        </header>
        <main>
          <h1>${description.info.title} ${description.info.version}</h1>
          <p>Les adresses commencent par <code>${description.servers[0]?.url}</code>.</p>
          <ul>
            ${CONVENTIONS.map(each => html`<li>${each}</li>`)}
          </ul>
          <nav aria-label="Ressources">
            <ul>
              ${tags.map(tag => html`<li><a href="#r-${tag}">${tag}</a></li>`)}
              <li><a href="#schemas">formes</a></li>
            </ul>
          </nav>
          ${tags.map(
            tag =>
              html`<section id="r-${tag}">
                <h2>${tag}</h2>
                ${operations.filter(each => each.tags.includes(tag)).map(each => operationOf(each, description))}
              </section>`,
          )}
          <section id="schemas">
            <h2>Formes</h2>
            ${schemas.map(
              ([name, schema]) =>
                html`<h3 id="s-${name}">${name}</h3>
                  ${schema.description === undefined ? undefined : html`<p>${schema.description}</p>`}
                  ${shapeOf({ ...schema, title: undefined })}`,
            )}
          </section>
        </main>
      </body>
    </html>`.markup
}

/** Serves the page at `/api/docs`, to anyone, as the description itself is. Made once: routes do not change while running. */
export const docs = (routes: readonly Route[], publicUrl: string): Middleware => {
  let page: string | undefined
  const policy = stylePolicy(STYLE)
  return async (ctx: Context, next: Next): Promise<void> => {
    if (ctx.path !== DOCS_PATH || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) {
      await next()
      return
    }
    page ??= docsPage(openApiOf(routes, publicUrl) as unknown as Description)
    ctx.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' })
    ctx.type = 'text/html; charset=utf-8'
    ctx.body = page
  }
}
