import type { Place, Say } from './expressions.ts'
import { keywordsIn } from './keywords.ts'
import { finalActionOf, levelOf } from './levels.ts'
import type { AccessRule, AppraisalRule, Description } from './model.ts'

/** The expressions of a description: those of the header, or those of a line of the tree. */
export interface DescriptionSettings {
  readonly titre?: string | undefined
  readonly niveau?: string | undefined
  readonly description?: string | undefined
  readonly langue?: string | undefined
  readonly historique?: string | undefined
  readonly motsCles?: string | undefined
  readonly regleAcces?: string | undefined
  readonly regleAccesDebut?: string | undefined
  readonly regleSort?: string | undefined
  readonly regleSortDebut?: string | undefined
  readonly sortFinal?: string | undefined
}

/** Told what cannot be understood, in French. */
export type Complain = (fault: string) => void

const accessRuleOf = async (settings: DescriptionSettings, say: Say, place: Place): Promise<AccessRule | undefined> => {
  const rule = await say(settings.regleAcces, place)
  return rule === '' ? undefined : { rule, startDate: await say(settings.regleAccesDebut, place) }
}

const appraisalRuleOf = async (
  settings: DescriptionSettings,
  say: Say,
  place: Place,
  complain: Complain,
): Promise<AppraisalRule | undefined> => {
  const rule = await say(settings.regleSort, place)
  if (rule === '') return undefined
  if (!/^(?:P\d+Y|APP\w+)$/u.test(rule))
    complain(`La durée d'utilité administrative « ${rule} » doit s'écrire « P10Y » pour dix ans.`)
  const written = await say(settings.sortFinal, place)
  const finalAction = finalActionOf(written)
  if (!finalAction)
    complain(
      written === ''
        ? "Le sort final manque à côté de la durée d'utilité administrative : Conserver ou Détruire."
        : `Le sort final « ${written} » n'est ni « Conserver » ni « Détruire ».`,
    )
  return { rule, startDate: await say(settings.regleSortDebut, place), finalAction: finalAction ?? 'Keep' }
}

/** Computes a description; what is not understood is told, not guessed. */
export const describe = async (
  settings: DescriptionSettings,
  say: Say,
  complain: Complain,
  place: Place = {},
): Promise<Description> => {
  const written = await say(settings.niveau, place)
  const level = levelOf(written)
  if (written !== '' && level === undefined) complain(`Le niveau de description « ${written} » n'existe pas en SEDA.`)
  return {
    title: await say(settings.titre, place),
    level,
    description: await say(settings.description, place),
    language: await say(settings.langue, place),
    history: await say(settings.historique, place),
    keywords: await keywordsIn(settings.motsCles, say, place),
    accessRule: await accessRuleOf(settings, say, place),
    appraisalRule: await appraisalRuleOf(settings, say, place, complain),
  }
}
