"""Numbered pictures of a film on one sheet: python stills.py film.mp4 sheet.jpg [EVERY_SECONDS]."""

import sys

import av
import cv2
import numpy as np

COLUMNS, WIDTH = 4, 480


def main() -> None:
    film, sheet = sys.argv[1:3]
    every = float(sys.argv[3]) if len(sys.argv) > 3 else 6.0
    pictures, due = [], every / 2
    with av.open(film) as movie:
        for frame in movie.decode(video=0):
            if float(frame.time) >= due:
                due += every
                height = WIDTH * frame.height // frame.width
                pictures.append(frame.to_ndarray(format="bgr24", width=WIDTH, height=height))
                number(pictures[-1], str(len(pictures)))
    blank = np.zeros_like(pictures[0])
    pictures += [blank] * (-len(pictures) % COLUMNS)
    rows = [np.hstack(pictures[first : first + COLUMNS]) for first in range(0, len(pictures), COLUMNS)]
    cv2.imwrite(sheet, np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 86])


def number(picture: np.ndarray, words: str) -> None:
    """In the lower left corner."""
    place = (8, picture.shape[0] - 10)
    for colour, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(picture, words, place, cv2.FONT_HERSHEY_DUPLEX, 0.6, colour, width, cv2.LINE_AA)


if __name__ == "__main__":
    main()
