import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** Lets files be dropped on an element. `over` while something is held above it. */
export const useDropZone = (zone: Readonly<Ref<HTMLElement | null>>, onFiles: (files: readonly File[]) => void) => {
  const over = ref(false)
  // Entering a child also leaves its parent: only the last way out counts.
  let depth = 0
  const enter = (event: DragEvent) => {
    event.preventDefault()
    depth += 1
    over.value = true
  }
  const leave = () => {
    depth -= 1
    over.value = depth > 0
  }
  const accept = (event: DragEvent) => event.preventDefault()
  const drop = (event: DragEvent) => {
    event.preventDefault()
    depth = 0
    over.value = false
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) onFiles(files)
  }

  const detach = (element: HTMLElement | null | undefined) => {
    element?.removeEventListener('dragenter', enter)
    element?.removeEventListener('dragleave', leave)
    element?.removeEventListener('dragover', accept)
    element?.removeEventListener('drop', drop)
  }
  watch(zone, (element, former) => {
    detach(former)
    element?.addEventListener('dragenter', enter)
    element?.addEventListener('dragleave', leave)
    element?.addEventListener('dragover', accept)
    element?.addEventListener('drop', drop)
  })
  onScopeDispose(() => detach(zone.value))
  return { over }
}
