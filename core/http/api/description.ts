import Type from 'typebox'
import { openApiOf } from '../openapi.ts'
import { route, type Route } from '../route.ts'

/** The route that describes all the others, and itself. */
export const withDescription = (routes: readonly Route[]): readonly Route[] => {
  let description: Readonly<Record<string, unknown>> | undefined
  const all: readonly Route[] = [
    ...routes,
    route({
      method: 'GET',
      path: '/openapi.json',
      access: 'public',
      summary: 'Lire la description de cette API (OpenAPI 3.1)',
      response: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' }),
      handle: ({ services }) => (description ??= openApiOf(all, services.settings.publicUrl)),
    }),
  ]
  return all
}
