"""Iris: names the kind of each flower from four measurements in centimetres.

``POST /classify`` with ``{"features": [[...], ...]}``: length and width of the sepal, then of the
petal. The data set comes with scikit-learn, and learning it takes milliseconds: so it is done at
start.
"""

from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field
from ray import serve

try:
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    raise ImportError(
        "classify-iris needs scikit-learn on every node: pip install 'tasktui[models]'"
    ) from error

Centimetres = Annotated[float, Field(ge=0, le=100)]
Flower = Annotated[list[Centimetres], Field(min_length=4, max_length=4)]

api = FastAPI(title="classify-iris")


class Flowers(BaseModel):
    """What is asked."""

    features: Annotated[list[Flower], Field(min_length=1, max_length=10_000)]


@serve.deployment
@serve.ingress(api)
class Iris:
    """One replica."""

    def __init__(self) -> None:
        data = load_iris()
        self.names = [str(name) for name in data.target_names]
        self.model = make_pipeline(StandardScaler(), LogisticRegression())
        self.model.fit(data.data, data.target)

    @api.post("/classify")
    def classify(self, flowers: Flowers) -> dict[str, object]:
        """The likeliest kind of each flower, and how likely each kind is."""
        chances = self.model.predict_proba(flowers.features)
        return {
            "model": "classify-iris",
            "classes": [self.names[best] for best in chances.argmax(axis=1)],
            "probabilities": [
                dict(zip(self.names, row.round(4).tolist(), strict=True)) for row in chances
            ],
        }


app = Iris.bind()
