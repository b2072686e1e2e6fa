import type { CompiledFlow } from '../engine/model.ts'
import { DONE, DRAFT } from '../engine/model.ts'

const id = (state: string) => state.replaceAll(/\W/gu, '_')

/**
 * A flow as a mermaid state diagram: one box per step, its states inside, the way out of each step to the next. Generated
 * from the lines that the engine reads (`from`, `to`, `late`, `failsTo`), so it cannot be out of date.
 */
export const mermaidOf = (flow: CompiledFlow): string => {
  const lines = ['stateDiagram-v2', `  [*] --> ${DRAFT}`, `  ${DRAFT}: ${flow.states[DRAFT]?.label ?? DRAFT}`]
  flow.steps.forEach((step, index) => {
    const states = Object.values(flow.states).filter(state => state.step === step.alias)
    lines.push(`  state "${step.label}" as ${id(step.alias)} {`)
    for (const state of states) lines.push(`    ${id(state.name)}: ${state.label}`)
    lines.push(`    [*] --> ${id(step.initial)}`)
    for (const task of Object.values(flow.tasks).filter(each => each.step === step.alias)) {
      for (const from of task.from)
        for (const to of new Set([...task.to, task.failsTo, ...(task.definition.within ? [task.late] : [])]))
          lines.push(
            `    ${id(from)} --> ${id(to)}: ${task.to.includes(to) ? task.label : to === task.failsTo ? 'échec' : 'silence'}`,
          )
      if (task.passed !== undefined)
        for (const to of task.to) lines.push(`    ${id(task.passed)} --> ${id(to)}: ${task.label}`)
    }
    for (const signal of Object.values(flow.signals).filter(each => each.step === step.alias))
      for (const from of signal.from)
        for (const to of signal.to) if (from !== to) lines.push(`    ${id(from)} --> ${id(to)}: ${signal.label}`)
    lines.push('  }')
    const following = flow.steps[index + 1]
    lines.push(`  ${id(index === 0 ? DRAFT : (flow.steps[index - 1]?.alias ?? DRAFT))} --> ${id(step.alias)}`)
    if (!following) lines.push(`  ${id(step.alias)} --> ${DONE}`)
  })
  return [...lines, `  ${DONE}: ${flow.states[DONE]?.label ?? DONE}`, `  ${DONE} --> [*]`].join('\n')
}
