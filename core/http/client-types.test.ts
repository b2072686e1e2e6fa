import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { load } from '../loader.ts'
import { apiRoutes } from './api/index.ts'
import { clientTypes, type ApiDescription } from './client-types.ts'
import { openApiOf } from './openapi.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const file = join(root, 'core/client/api.ts')

test('les types du client sont ceux de la description de l’API (sinon : « npm run client », et enregistrer core/client/api.ts)', async () => {
  const { routes, viewers } = await load({ sources: root })
  const description = openApiOf(apiRoutes(routes, viewers), 'https://passeur.exemple.fr')
  // Written by the very code that validates: the shape that is read here is the one that is made there.
  const types = clientTypes(description as unknown as ApiDescription)
  const written = await format(types, { ...(await resolveConfig(file)), parser: 'typescript' })
  await expect(written).toMatchFileSnapshot(file)
})
