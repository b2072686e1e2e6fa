import type { Migration } from '../db/migrate.ts'
import type { Mount } from '../http/mounts.ts'
import type { Route } from '../http/route.ts'
import type { Flow } from './flows.ts'
import type { AnyStep } from './steps.ts'
import type { FileViewer } from './viewers.ts'

export interface PluginDefinition {
  readonly id: string
  readonly version: number
  readonly steps?: readonly { readonly definition: AnyStep }[]
  readonly flows?: readonly Flow[]
  readonly routes?: readonly Route[]
  /** Protocols of their own, beside the native API. */
  readonly mounts?: readonly Mount[]
  /** Pages that show a kind of file, offered beside it. */
  readonly viewers?: readonly FileViewer[]
  /** Changes of schema, append-only, numbered from 1. */
  readonly migrations?: readonly Migration[]
}

/** Declares what a plugin adds to the hub. A folder that holds one flow or one step may export it alone instead. */
export const definePlugin = (definition: PluginDefinition): PluginDefinition => definition
