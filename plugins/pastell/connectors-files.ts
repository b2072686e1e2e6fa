import { buffer } from 'node:stream/consumers'
import type { AnyConnector } from '#core'
import { isNumber } from './access.ts'
import type { Call, Reply } from './call.ts'
import type { Instance } from './connectors-instances.ts'
import { settingNamed, valueOf, type Setting } from './connectors-values.ts'
import { fileGiven } from './documents-files.ts'
import { badRequest, forbidden, notFound } from './http/errors.ts'
import type { Json } from './http/json.ts'

/** A certificate, a key, a definition: bytes of the largest. */
const LARGEST = 5_000_000

/** Files of Pastell are secret files here, or long texts. @throws PastellError 400 */
const fileSetting = (definition: AnyConnector, name: string | undefined, number?: string): Setting => {
  const setting = settingNamed(definition, name)
  if (setting.field.kind !== 'secretFile' && setting.field.kind !== 'longText')
    throw badRequest(`Champ \`${name ?? ''}\` incorrect`)
  if (number !== undefined && isNumber(number) && number !== '0')
    throw badRequest(`Le champ ${name ?? ''} n'est pas multiple`)
  return setting
}

const update = async (call: Call, { entityId, id }: Instance, name: string, value: unknown): Promise<Instance> => {
  const acting = { entityId, userId: call.caller.id }
  return call.services.connectors.update(acting, id, { config: { [name]: value }, complete: 'later' })
}

/** A secret file is never given back: only whether it is there is known. */
export const readFile = (call: Call, instance: Instance, definition: AnyConnector): Reply => {
  const [, , , , field, number] = call.rest
  const { name, key, field: spec } = fileSetting(definition, field, number)
  if (instance.secretsSet.includes(name))
    throw forbidden(
      `Le fichier « ${spec.label} » est chiffré dans Passeur, qui ne le rend jamais : gardez-en l'original.`,
    )
  const value = instance.config[name]
  if (typeof value !== 'string') throw notFound("Ce fichier n'existe pas")
  return { is: 'bytes', body: Buffer.from(value, 'utf8'), type: 'text/plain; charset=utf-8', name: key }
}

export const sendFile = async (call: Call, instance: Instance, definition: AnyConnector): Promise<Instance> => {
  const [, , , , field, number] = call.rest
  const { name, field: spec } = fileSetting(definition, field, number)
  const file = await fileGiven(call)
  if (file.size > LARGEST) throw badRequest(`Le fichier « ${file.name} » dépasse ${LARGEST} octets.`)
  const bytes = await buffer(call.services.files.open(file))
  return update(call, instance, name, bytes.toString(spec.kind === 'secretFile' ? 'base64' : 'utf8'))
}

export const deleteFile = async (call: Call, instance: Instance, definition: AnyConnector): Promise<Json> => {
  const [, , , , field, number] = call.rest
  if (field === undefined) throw badRequest('Paramètre manquant')
  const { name } = fileSetting(definition, field, number)
  await update(call, instance, name, null)
  return { result: 'ok' }
}

const listed = (definition: AnyConnector, name: string | undefined) => {
  const setting = settingNamed(definition, name)
  if (!setting.field.choices) throw badRequest("L'action  n'existe pas.")
  return { ...setting, choices: setting.field.choices }
}

export const choices = (call: Call, definition: AnyConnector): Json =>
  new Map(Object.entries(listed(definition, call.rest[4]).choices))

/** A choice that is not in the list is left out without a word, as in Pastell. */
export const choose = async (call: Call, instance: Instance, definition: AnyConnector): Promise<Instance> => {
  const { name, key, field, choices: offered } = listed(definition, call.rest[4])
  const text = call.given.text(key) ?? call.given.text(name)
  if (text === undefined || !Object.hasOwn(offered, text)) return instance
  return update(call, instance, name, valueOf(field, text))
}
