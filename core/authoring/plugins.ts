import type { Knex } from 'knex'
import type { Route } from '../http/route.ts'
import type { Flow } from './flows.ts'
import type { AnyStep } from './steps.ts'

/** A change of schema that a plugin brings, run once, in the order of their names. */
export interface Migration {
  readonly name: string
  up(knex: Knex): Promise<void>
}

export interface PluginDefinition {
  readonly id: string
  readonly version: number
  readonly steps?: readonly { readonly definition: AnyStep }[]
  readonly flows?: readonly Flow[]
  readonly routes?: readonly Route[]
  readonly migrations?: readonly Migration[]
}

/** Declares what a plugin adds to the hub. A folder that holds one flow or one step may export it alone instead. */
export const definePlugin = (definition: PluginDefinition): PluginDefinition => definition
