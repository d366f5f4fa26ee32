/**
 * Runs in the page: what is wrong with the letters in its boxes. Plain JavaScript, as it is the browser's own.
 *
 * @param {string[]} letters the HTML that was put into the boxes
 * @returns {{ at: number, fault: string }[]}
 */
export function look(letters) {
  const faults = []
  const boxes = [...document.querySelectorAll('body > .box')]
  if (boxes.length !== letters.length) faults.push({ at: -1, fault: `there are ${boxes.length} boxes` })
  boxes.forEach((box, at) => {
    const html = letters[at]
    if (box.innerHTML !== html) faults.push({ at, fault: `reads as ${box.innerHTML}` })
    const inserted = document.createElement('div')
    inserted.innerHTML = html
    if (inserted.innerHTML !== html) faults.push({ at, fault: `is inserted as ${inserted.innerHTML}` })
    for (const element of box.querySelectorAll('*')) {
      touch(element)
      const names = element.getAttributeNames().filter((name) => /^on|^(?:id|name|class)$/.test(name))
      if (names.length > 0) faults.push({ at, fault: `has ${names}` })
      if (leaves(element, box)) faults.push({ at, fault: `${element.outerHTML.slice(0, 100)} leaves its box` })
    }
  })
  return [...faults, ...window.ran.map((what) => ({ at: -1, fault: `ran ${what}` }))]

  function touch(element) {
    const events = ['mouseover', 'focus', 'load', 'error', 'toggle', 'animationstart', 'start']
    for (const type of events) element.dispatchEvent(new Event(type))
  }

  function leaves(element, box) {
    const { top, left, bottom, right, width, height } = element.getBoundingClientRect()
    if (width === 0 || height === 0 || isClipped(element, box)) return false
    const around = box.getBoundingClientRect()
    if (top < around.top || left < around.left || bottom > around.bottom + 1) return true
    return right > around.right + 1 && !mayBeWide(box)
  }

  function isClipped(element, box) {
    for (let one = element.parentElement; one && one !== box; one = one.parentElement) {
      if (getComputedStyle(one).overflow === 'hidden') return true
    }
    return false
  }

  // Tables and words that cannot be broken are as wide as they must be; the box of a letter scrolls then.
  function mayBeWide(box) {
    return box.querySelector('table, pre, [style*="nowrap"], [style*="white-space:pre"]') !== null
  }
}
