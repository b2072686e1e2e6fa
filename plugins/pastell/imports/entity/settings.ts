import type { AnyConnector } from '#core'
import { settingsOf, valueOf } from '../../connectors-values.ts'
import { textOf } from '../studio/format.ts'
import type { ConnectorRow } from './read.ts'

/** Settings of an instance as ours, and the names of those that have no place here. Values are said nowhere: some are secret. */
export interface SettingsRead {
  readonly config: Readonly<Record<string, unknown>>
  readonly unknown: readonly string[]
}

const utf8 = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')

/** A connector that knows how Pastell wrote its settings reads them by itself: that is its version 0. */
const upgraded = ({ metadata, files, connector }: ConnectorRow, definition: AnyConnector): SettingsRead | undefined => {
  if (!definition.upgrade) return undefined
  const texts = Object.fromEntries(
    Object.entries(files).flatMap(([field, [content]]) => (content === undefined ? [] : [[field, utf8(content)]])),
  )
  return { config: definition.upgrade({ ...metadata, ...texts, pastell: connector }, 0), unknown: [] }
}

/** @throws ConfigurationError when the connector cannot read what Pastell wrote */
export const readSettings = (row: ConnectorRow, definition: AnyConnector): SettingsRead => {
  const whole = upgraded(row, definition)
  if (whole) return whole
  const all = settingsOf(definition)
  const config: Record<string, unknown> = {}
  const unknown: string[] = []
  for (const key of new Set([...Object.keys(row.metadata), ...Object.keys(row.files)])) {
    const setting = all.find(each => each.key === key)
    const [content] = row.files[key] ?? []
    const text = textOf(row.metadata[key])
    if (content === undefined && text === undefined) continue
    if (!setting) unknown.push(key)
    else if (content === undefined)
      config[setting.name] = setting.field.kind === 'secretFile' ? null : valueOf(setting.field, text ?? '')
    else config[setting.name] = setting.field.kind === 'secretFile' ? content : utf8(content)
  }
  return { config, unknown }
}
