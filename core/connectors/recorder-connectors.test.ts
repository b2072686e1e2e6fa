import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FieldSpec } from '../authoring/fields.ts'
import { load } from '../loader.ts'
import { connectForTest } from '../testing/connect.ts'
import { virtualClock } from '../testing/test-hub.ts'
import { startSimServer, type SimServer } from '../testing/sim-server.ts'
import { createRecording } from './recorder-recording.ts'
import { isSecret } from './settings.ts'

/** A remote that repeats all it is told: addresses, headers, bodies come back in its answers. */
let echo: SimServer
beforeAll(async () => {
  echo = await startSimServer({
    handler: ({ method, path, query, headers, fields, body }) => ({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-vu': `${method} ${path}` },
      body: JSON.stringify({ path, query: [...query], headers, fields, body: body.toString('utf8') }),
    }),
  })
})
afterAll(() => echo.close())

const loaded = await load({ sources: dirname(dirname(dirname(fileURLToPath(import.meta.url)))) })
const connectors = [...loaded.connectors.values()].map(({ definition }) => definition)
const secretFields = (definition: (typeof connectors)[number]) =>
  Object.entries(definition.config as Readonly<Record<string, FieldSpec>>).filter(([, field]) => isSecret(field))

const settingsOf = (definition: (typeof connectors)[number]) =>
  Object.fromEntries(
    Object.entries(definition.config as Readonly<Record<string, FieldSpec>>).flatMap(
      ([name, field]): [string, unknown][] => {
        if (field.kind === 'secret') return [[name, `SECRET-${definition.id}-${name}-é/&"`]]
        if (field.kind === 'secretFile') return [[name, Buffer.from(`FICHIER-${definition.id}-${name}-secret`)]]
        if (field.options.default !== undefined) return []
        if (field.kind === 'url') return [[name, echo.url]]
        if (field.kind === 'text' && /h[oô]te|serveur/iu.test(`${name} ${field.label}`)) return [[name, '127.0.0.1']]
        if (field.kind === 'text') return [[name, `valeur-${name}`]]
        if (field.kind === 'number') return [[name, Number(new URL(echo.url).port)]]
        return []
      },
    ),
  )

const traces = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64'),
    'SECRET-',
    'FICHIER-',
  ]
}

test.each(connectors.filter(each => secretFields(each).length > 0).map(each => [each.id, each] as const))(
  'aucun secret des réglages de %s n’est dans un enregistrement',
  async (_, definition) => {
    const settings = settingsOf(definition)
    const recording = createRecording(virtualClock())
    const secrets = secretFields(definition).map(([name]) => settings[name] as string | Buffer)
    for (const secret of secrets) recording.know(secret)
    await using connected = await connectForTest(definition as never, settings, { recording: () => recording })
    // What the connector says of itself, and to its remote: the echo understands nothing, every check fails or ends.
    await connected.connector.check().then(
      said => recording.line(said),
      (error: unknown) => recording.line(String(error)),
    )
    // And every secret wherever a protocol may put one.
    const client = connected.context.http.client({ baseUrl: echo.url })
    for (const secret of secrets.map(String)) {
      recording.line(`PASS ${secret}`)
      const answer = await client.request({
        method: 'POST',
        path: `/x/${encodeURIComponent(secret)}`,
        query: { q: secret },
        headers: {
          'x-divers': encodeURIComponent(secret),
          authorization: `Bearer ${Buffer.from(secret).toString('base64')}`,
        },
        body: { raw: `<a>${secret}</a>${JSON.stringify({ divers: secret })}`, type: 'text/xml; charset=utf-8' },
      })
      await answer.text()
    }
    const dump = recording.text(['Essai'], `Résultat : ${secrets.map(String).join(' ')}`)
    expect(dump).toContain('***')
    for (const secret of secrets) for (const trace of traces(String(secret))) expect(dump).not.toContain(trace)
  },
)
