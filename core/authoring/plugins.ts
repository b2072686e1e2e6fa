import type { Migration } from '../db/migrate.ts'
import type { CompiledFlow } from '../engine/model.ts'
import type { Mount } from '../http/mounts.ts'
import type { PublicPages } from '../http/public/pages.ts'
import type { Route } from '../http/route.ts'
import type { Services } from '../http/services.ts'
import type { Flow } from './flows.ts'
import type { AnyStep } from './steps.ts'
import type { FileViewer } from './viewers.ts'

/** Compares the installed flows with something that the plugin knows: `passeur flow check --<id>`. */
export interface FlowCheck {
  /** Its option: a word in lower case. */
  readonly id: string
  /** What it compares, one line in French. */
  readonly help: string
  /**
   * Pure.
   * @param wanted the flow asked for, by the name that the check has for it; every flow otherwise
   * @returns the report as it is printed, and whether nothing is missing
   */
  run(
    flows: readonly CompiledFlow[],
    wanted: string | undefined,
  ): { readonly lines: readonly string[]; readonly complete: boolean }
}

/** Brings something over from another product: `passeur import <id> …`. */
export interface Importer {
  /** `pastell-studio`. */
  readonly id: string
  /** What follows its name, as typed: `<fichier.json> [--publier]`. */
  readonly usage: string
  /** One line, in French. */
  readonly help: string
  /**
   * @param args what follows its name
   * @returns the report, line by line, as it is printed
   * @throws StartupError, Problem with a sentence when nothing could be brought over
   */
  run(args: readonly string[], services: Services): Promise<readonly string[]>
}

export interface PluginDefinition {
  readonly id: string
  readonly version: number
  readonly steps?: readonly { readonly definition: AnyStep }[]
  readonly flows?: readonly Flow[]
  readonly routes?: readonly Route[]
  /** Protocols of their own, beside the native API. */
  readonly mounts?: readonly Mount[]
  /** Pages that people without an account open by a link they received. */
  readonly publicPages?: readonly PublicPages[]
  /** Pages that show a kind of file, offered beside it. */
  readonly viewers?: readonly FileViewer[]
  readonly checks?: readonly FlowCheck[]
  readonly importers?: readonly Importer[]
  /** Changes of schema, append-only, numbered from 1. */
  readonly migrations?: readonly Migration[]
}

/** Declares what a plugin adds to the hub. A folder that holds one flow or one step may export it alone instead. */
export const definePlugin = (definition: PluginDefinition): PluginDefinition => definition
