"""Line figures of exercises, drawn from poses: a body of fixed proportions, joints within limits, props, one style.

Poses are data (`knowledge/data/figures/*.yaml`); everything here is plain drawing and knows nothing of Django.
"""
