import { computed, onScopeDispose, reactive, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { api } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { PlacedMessage, StudioCheck, StudioDetail, StudioFlow, StudioGroup, StudioUpgrade } from '../api/types.ts'
import {
  fieldsIn,
  lostIn,
  namesTwice,
  rowsOf,
  type FieldRow,
  type LostName,
  type OwnGroup,
  type StepRow,
} from '../components/studio-rows.ts'
import { useFeedback } from './use-feedback.ts'
import { useLoaded } from './use-loaded.ts'

/** How long a gesture must rest before the flow is checked again. */
const REST = 500
const MEGABYTE = 1_000_000

/** A flow of the studio while it is written: checked by the server at each rest, kept when asked. */
export const useStudioFlow = (flowId: () => string) => {
  const { t } = useI18n()
  const { report, tell, warn } = useFeedback()
  const { data: kept, error, reload } = useLoaded(flowId, api.studio.get)
  const { data: steps } = useLoaded(() => 'steps', api.studio.steps)
  const identity = reactive({ label: '', family: '', description: '', pastell: '', megabytes: '', companion: false })
  const fields = ref<readonly FieldRow[]>([])
  const stages = ref<readonly StepRow[]>([])
  const faults = ref<readonly PlacedMessage[]>([])
  const svg = ref<string | null>(null)
  const vanished = ref<StudioCheck['vanished']>([])
  const { data: shared } = useLoaded(() => 'groups', api.studio.groups)
  /** Groups of the flow alone: they came with it. */
  const ownGroups = ref<readonly OwnGroup[]>([])
  /** Every group it may use: its own hide those of the platform. */
  const groups = computed((): readonly StudioGroup[] => {
    const own = ownGroups.value.map(({ id, label, rows }) => ({
      id,
      revision: 0,
      contents: { label, fields: fieldsIn(rows) },
    }))
    return [...own, ...(shared.value ?? []).filter(({ id }) => !own.some(each => each.id === id))]
  })
  const lost = ref<readonly LostName[]>([])
  /** What the lost names become: another name, or nothing when it is forgotten. */
  const becomes = ref<Readonly<Record<string, string>>>({})
  const upgrade = computed((): StudioUpgrade => {
    const answered = lost.value.flatMap(({ name }) => {
      const now = becomes.value[name]
      return now === undefined ? [] : [[name, now] as const]
    })
    return {
      rename: Object.fromEntries(answered.filter(([, now]) => now !== '')),
      forget: answered.flatMap(([name, now]) => (now === '' ? [name] : [])),
    }
  })

  const show = ({ draft, faults: known }: StudioDetail) => {
    Object.assign(identity, {
      label: draft.label,
      family: draft.family,
      description: draft.description ?? '',
      pastell: draft.pastell ?? '',
      megabytes: draft.maxBytes === undefined ? '' : String(draft.maxBytes / MEGABYTE),
      companion: draft.companion ?? false,
    })
    ownGroups.value = Object.entries(draft.groups ?? {}).map(([id, group]) => ({
      id,
      label: group.label,
      rows: rowsOf(group.fields),
    }))
    fields.value = rowsOf(draft.fields)
    stages.value = draft.steps.map(step => ({ key: crypto.randomUUID(), ...step }))
    faults.value = known
  }

  /** As it is on screen; what the screen does not show is kept. */
  const written = computed((): StudioFlow | undefined => {
    const draft = kept.value?.draft
    if (!draft) return undefined
    const { description: _1, pastell: _2, maxBytes: _3, companion: _4, groups: _5, ...rest } = draft
    const bytes = Math.round(Number(identity.megabytes) * MEGABYTE)
    return {
      ...rest,
      label: identity.label,
      family: identity.family,
      ...(identity.description ? { description: identity.description } : {}),
      ...(identity.pastell ? { pastell: identity.pastell } : {}),
      ...(bytes > 0 ? { maxBytes: bytes } : {}),
      ...(identity.companion ? { companion: true } : {}),
      ...(ownGroups.value.length > 0
        ? {
            groups: Object.fromEntries(
              ownGroups.value.map(({ id, label, rows }) => [id, { label, fields: fieldsIn(rows) }]),
            ),
          }
        : {}),
      fields: Object.fromEntries(fields.value.map(({ name, field }) => [name, field])),
      steps: stages.value.map(({ key: _key, ...step }) => step),
    }
  })

  const twice = computed(() => namesTwice(fields.value))

  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const check = async (flow: StudioFlow) => {
    const mine = ++turn
    try {
      const asked = await api.studio.check(flow)
      if (mine !== turn) return
      lost.value = lostIn(asked)
      const answered = Object.values(upgrade.value).some(each => Object.keys(each).length > 0)
      const answer = answered ? await api.studio.check(flow, upgrade.value) : asked
      if (mine !== turn) return
      faults.value = [
        ...twice.value.map(name => ({ at: '/fields', message: t('studio.twice', { name }) })),
        ...answer.faults,
      ]
      svg.value = answer.svg
      vanished.value = answer.vanished
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      if (mine === turn) faults.value = [{ at: '', message: refusal.message }]
    }
  }
  watch([written, becomes], ([flow]) => {
    clearTimeout(timer)
    if (flow) timer = setTimeout(() => void check(flow), REST)
  })
  watch(kept, (now, before) => {
    if (now && !before) show(now)
  })
  onScopeDispose(() => clearTimeout(timer))

  const keep = async () => {
    const now = kept.value
    if (now && written.value) kept.value = await api.studio.save(now.id, now.revision, written.value)
  }
  const save = () =>
    report(async () => {
      if (twice.value.length > 0) return void warn(t('studio.twice', { name: twice.value.join(', ') }))
      await keep()
      tell(t('studio.saved'))
    })
  const publish = () =>
    report(async () => {
      await keep()
      const now = kept.value
      if (!now) return
      try {
        kept.value = await api.studio.publish(now.id, now.revision, upgrade.value)
        becomes.value = {}
        tell(t('studio.published', { version: kept.value.published ?? 1 }))
      } catch (refusal) {
        if (!(refusal instanceof ApiError)) throw refusal
        faults.value = refusal.fields.map(({ field, message }) => ({ at: field, message }))
        throw refusal
      }
    })
  const change = (ask: (id: string) => Promise<StudioDetail>, told: string) => () =>
    report(async () => {
      if (!kept.value) return
      kept.value = await ask(kept.value.id)
      tell(t(told))
    })

  return {
    kept,
    error,
    reload,
    steps,
    identity,
    fields,
    stages,
    faults,
    svg,
    groups,
    ownGroups,
    vanished,
    lost,
    becomes,
    save,
    publish,
    retire: change(api.studio.retire, 'studio.retired'),
    reopen: change(api.studio.reopen, 'studio.reopened'),
  }
}
