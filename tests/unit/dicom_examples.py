"""Small DICOM files for tests: a dose grid with a known dose, and structures of known shape."""

from __future__ import annotations

import io

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

SPACE = "1.2.826.0.1.3680043.2.1125.1"
SPACING = 2.0
PLANES = 12
SCALING = 0.001
# Planted where a name may stand; none of it may ever be seen again.
SECRETS = ("MUELLER", "Annegret", "PID-0815-77", "19580314", "Lady Hospital", "Label-of-Mueller")


def written(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return a data set as the bytes of a file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.2"
    meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.2.1125.9"
    meta.TransferSyntaxUID = syntax
    dataset.file_meta = meta
    kept = io.BytesIO()
    dataset.save_as(kept, enforce_file_format=True)
    return kept.getvalue()


def identified(dataset: Dataset) -> Dataset:
    """Return a data set with a patient's name and numbers in it."""
    dataset.PatientName = "MUELLER^Annegret"
    dataset.PatientID = "PID-0815-77"
    dataset.PatientBirthDate = "19580314"
    dataset.InstitutionName = "Lady Hospital"
    return dataset


def dose_dataset(dose: np.ndarray | None = None, **changed) -> Dataset:
    """Return an RTDOSE; by default dose rises by 1 Gy a voxel along x. None removes a value."""
    if dose is None:
        dose = np.broadcast_to(np.arange(20.0), (PLANES, 16, 20))
    file = identified(Dataset())
    file.Modality = "RTDOSE"
    file.FrameOfReferenceUID = SPACE
    file.DoseUnits, file.DoseType, file.DoseSummationType = "GY", "PHYSICAL", "PLAN"
    file.NumberOfFrames, file.Rows, file.Columns = dose.shape
    file.PixelSpacing = [SPACING, SPACING]
    file.ImagePositionPatient = [0, 0, 0]
    file.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    file.GridFrameOffsetVector = [3.0 * i for i in range(dose.shape[0])]
    file.DoseGridScaling = SCALING
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated = file.BitsStored = 32
    file.HighBit, file.PixelRepresentation = 31, 0
    file.PixelData = np.round(dose / SCALING).astype("<u4").tobytes()
    return _changed(file, changed)


def box(x0, x1, y0, y1, z):
    """Return a contour as DICOM has it."""
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return [v for x, y in corners for v in (x, y, z)]


def structure_dataset(names=("PTV", "Heart"), shape="CLOSED_PLANAR", **changed) -> Dataset:
    """Return an RTSTRUCT whose structures are boxes of ten by eight voxels on seven planes."""
    file = identified(Dataset())
    file.Modality = "RTSTRUCT"
    file.StructureSetLabel = "Label-of-Mueller"
    space = Dataset()
    space.FrameOfReferenceUID = SPACE
    file.ReferencedFrameOfReferenceSequence = Sequence([space])
    rois, drawn = [], []
    for number, name in enumerate(names, 1):
        roi = Dataset()
        roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = number, name, SPACE
        rois.append(roi)
        item = Dataset()
        item.ReferencedROINumber = number
        contours = []
        for z in range(9, 28, 3):
            contour = Dataset()
            contour.ContourGeometricType = shape
            data = box(7, 27, 7, 23, float(z))
            contour.NumberOfContourPoints, contour.ContourData = 4, data
            contours.append(contour)
        item.ContourSequence = Sequence(contours)
        drawn.append(item)
    file.StructureSetROISequence, file.ROIContourSequence = Sequence(rois), Sequence(drawn)
    return _changed(file, changed)


def both(**names) -> list[bytes]:
    """Return the bytes of a dose and of structures that fit each other."""
    return [written(dose_dataset()), written(structure_dataset(**names))]


def _changed(file: Dataset, changed) -> Dataset:
    for name, value in changed.items():
        if value is None:
            delattr(file, name)
        else:
            setattr(file, name, value)
    return file
